// @ts-check
/** WebKitGTK's small browser, over WebDriver, on a screen that nobody sees. */

import { existsSync, readdirSync } from "node:fs";
import { ERRORS, WATCH } from "./errors-in-page.mjs";
import { freePort, freshFolder, keep, program } from "./kept.mjs";
import { newSession } from "./webdriver.mjs";

/** Where Debian and what descends from it put the browser: outside PATH, below the name of the machine's kind. */
const LIBRARIES = "/usr/lib";

/** @returns {Promise<import("../browsers.mjs").Browser>} */
export async function startWebKit() {
  const driver = program("WEBKIT_DRIVER", ["WebKitWebDriver"], "WebKitWebDriver (Debian: webkit2gtk-driver)");
  const binary = program("WEBKIT_BROWSER", miniBrowsers(), "WebKitGTK's MiniBrowser (Debian: libwebkit2gtk-4.1-0)");
  const screens = program("XVFB", ["Xvfb"], "Xvfb");

  const screen = await keep({
    command: screens,
    args: ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
    folder: await freshFolder(),
    announced: /^(\d+)$/,
  });
  try {
    const port = await freePort();
    const webkit = await keep({
      command: driver,
      args: [`--port=${port}`],
      folder: await freshFolder(),
      env: {
        DISPLAY: `:${screen.told[1]}`,
        GDK_BACKEND: "x11",
        LIBGL_ALWAYS_SOFTWARE: "1",
        NO_AT_BRIDGE: "1",
        // Its sandbox needs user namespaces, which root in a container has not; what runs in it is our own.
        ...(process.getuid?.() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" }),
      },
    });
    const wanted = { "webkitgtk:browserOptions": { binary, args: ["--automation"] } };
    const session = await newSession(`http://127.0.0.1:${port}`, wanted).catch((error) => webkit.fail(`no session: ${error.message}`));
    return {
      engine: "webkit",
      version: String(session.capabilities["browserVersion"]),
      async open(url) {
        const page = await session.open(url);
        // WebDriver has no way of being there earlier.
        await page.evaluate(WATCH);
        return { ...page, errors: () => page.evaluate(ERRORS) };
      },
      async stop() {
        await session.end();
        await webkit.stop();
        await screen.stop();
      },
    };
  } catch (error) {
    await screen.stop();
    throw error;
  }
}

function miniBrowsers() {
  const kinds = existsSync(LIBRARIES) ? readdirSync(LIBRARIES).filter((name) => name.includes("-linux-")) : [];
  return [...kinds.map((kind) => `${LIBRARIES}/${kind}`), "/usr/libexec", LIBRARIES].flatMap((folder) =>
    ["webkit2gtk-4.1", "webkitgtk-6.0"].map((version) => `${folder}/${version}/MiniBrowser`),
  );
}

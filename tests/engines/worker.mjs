// @ts-check
/** What a page's worker sends: told to the page that started it. */

import { getTaskDetails } from "../../pkg/index.js";

const data = { taskId: "t", successFlag: 1, response: { resultImageUrl: "https://pictures.example/1.png" } };

/** @param {object} options */
async function sent(options) {
  /** @type {unknown} */
  let seen;
  /** @param {string} url @param {RequestInit} init */
  const fetch = async (url, { signal, ...init }) => {
    seen = { url, init };
    return Response.json({ code: 200, msg: "success", data });
  };
  await getTaskDetails("t", { ...options, fetch });
  return seen;
}

addEventListener("message", async ({ data: { taskId, ...connection } }) => {
  const { kind, message } = await getTaskDetails(taskId, connection).catch((error) => error);
  postMessage({
    plain: await sent({}),
    path: await sent({ baseUrl: "/gateway" }),
    keyed: { kind, message },
    allowed: (await getTaskDetails(taskId, { ...connection, dangerouslyAllowBrowser: true })).status,
  });
});

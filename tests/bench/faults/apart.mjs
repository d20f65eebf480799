// @ts-check
/**
 * One client through one fault in a process of its own, which ends when the client has left nothing behind. It is told of them in its one
 * argument, and writes a line of JSON when the wait has ended, one for each request after that, and one at its own end.
 */

import { writeSync } from "node:fs";
import { faults } from "./list.mjs";
import { run } from "./run.mjs";

/** How often it looks for timers after the end. */
const LOOKS_MS = 50;

const { fault: faultName, client: clientName, ...to } = JSON.parse(process.argv[2] ?? "");
const fault = faults.find(({ name }) => name === faultName);
if (!fault) throw new Error(`no such fault: ${faultName}`);
const jump = fault.clock && jumpingClock(fault.clock);

// Only now: they are to meet no other clock.
const { clients, warmUp } = await import("./clients.mjs");
const client = clients.find(({ name }) => name === clientName);
if (!client) throw new Error(`no such client: ${clientName}`);
await warmUp(client, to);
if (jump) setTimeout(jump, fault.clock?.afterMs).unref();

// Written at once, for the end of the process too.
/** @param {Told} what */
const tell = (what) => void writeSync(1, `${JSON.stringify(what)}\n`);
tell(await run(fault, client, to, () => tell("sent")));

const ended = performance.now();
let timersMs = 0;
setInterval(() => {
  if (process.getActiveResourcesInfo().includes("Timeout")) timersMs = performance.now() - ended;
}, LOOKS_MS).unref();
process.once("exit", () => tell({ timersMs }));
process.once("SIGTERM", () => process.exit());

/** @typedef {import("./run.mjs").Run | "sent" | { timersMs: number }} Told */

/**
 * Puts clocks in place that jump when told to.
 * @param {NonNullable<import("./list.mjs").Fault["clock"]>} clock
 */
function jumpingClock({ byMs, both }) {
  const RealDate = Date;
  const realNow = performance.now.bind(performance);
  let by = 0;
  globalThis.Date = /** @type {DateConstructor} */ (
    /** @type {unknown} */ (
      class extends RealDate {
        /** @param {any[]} parts */
        constructor(...parts) {
          // @ts-expect-error: whatever Date takes
          super(...(parts.length === 0 ? [RealDate.now() + by] : parts));
        }
        static now() {
          return RealDate.now() + by;
        }
      }
    )
  );
  if (both) performance.now = () => realNow() + by;
  return () => void (by = byMs);
}

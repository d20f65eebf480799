// In Node.

import { getTaskDetails, waitForTask, type SucceededTask } from "nanobanana-task";

export async function main(): Promise<SucceededTask> {
  const apiKey = process.env["NANOBANANA_API_KEY"];
  // A variable may be unset: that is for the call to say, in words, and not for the compiler.
  const task = await getTaskDetails("id", { apiKey });
  return task.status === "SUCCESS" ? task : waitForTask("id", { apiKey, fetch: globalThis.fetch, signal: AbortSignal.timeout(1_000) });
}

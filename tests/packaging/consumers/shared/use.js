// What every consumer does with the package: one look, one short wait to its end, and one wait for a task that fails.

/**
 * @param {Pick<typeof import("nanobanana-task"), "getTaskDetails" | "waitForTask" | "TaskError">} api As the consumer imported it.
 * @param {import("nanobanana-task").ConnectionOptions} options
 */
export async function use({ getTaskDetails, waitForTask, TaskError }, options) {
  /** @param {string} scenario */
  const fresh = (scenario) => `${scenario}--${crypto.randomUUID()}`;
  const look = await getTaskDetails(fresh("pending"), options);
  // Eagerly, because tasks as short as this one are rare: at another pace each consumer would take some seconds more.
  const done = await waitForTask(fresh("success-1s"), { ...options, pace: "eager" });
  const error = await waitForTask(fresh("generate-failed"), options).catch((reason) => reason);
  return {
    status: look.status,
    created: look.createdAt instanceof Date,
    picture: done.response.resultImageUrl,
    failure: error instanceof TaskError ? error.kind : String(error),
  };
}

// @ts-check
/** Everything the page says, as pure functions of what happened: no document, no clock. */

/** @typedef {import("../pkg/index.js").TaskError} TaskError */
/** @typedef {import("../pkg/index.js").TaskDetails} TaskDetails */
/** @typedef {import("./view.js").State} State */
/** @typedef {{ title: string, next: string }} Words */

const PROGRESS_HALVES_MS = 60_000;

/** @type {Record<Exclude<TaskError["kind"], "task-failed">, Words & { problem: string }>} */
const KINDS = {
  "timed-out": {
    title: "Not ready yet",
    next: "The task may well still be running; the page only stopped looking. Go on waiting to give it more time.",
    problem: "The last look took too long.",
  },
  "not-found": {
    title: "No such task",
    next: "Compare the id with the one that the generate request answered with, and enter it again. If the task is very new, try again in a moment.",
    problem: "The API does not know this task yet. New tasks take some seconds to appear.",
  },
  unauthorized: {
    title: "The API refused access",
    next: "Check three things on the server: its API key, the key’s list of allowed IP addresses, and the account’s credit. Then try again.",
    problem: "The API refused access.",
  },
  "payment-required": {
    title: "No credit left",
    next: "Top up the account that the server’s API key belongs to, then try again. The task itself is not lost.",
    problem: "The account has no credit left.",
  },
  forbidden: {
    title: "The API does not allow this",
    next: "The key may lack the right to see this task, or the server’s address may be blocked. Check both, then try again.",
    problem: "The API did not allow the last look.",
  },
  "bad-request": {
    title: "The API did not accept the question",
    next: "Check the task id for missing or extra characters and enter it again.",
    problem: "The API did not accept the last look.",
  },
  "rate-limited": {
    title: "Too many questions at once",
    next: "Wait a minute, then try again. Fewer pages waiting on the same key also helps.",
    problem: "The API asks for a slower pace.",
  },
  server: {
    title: "The API has trouble of its own",
    next: "The task may well be fine: check its id, and try again in a minute.",
    problem: "The API has trouble of its own, or cannot be reached.",
  },
  network: {
    title: "No connection",
    next: "Check that this computer is online and that the page’s server still runs, then try again.",
    problem: "The last look did not get through.",
  },
  "invalid-reply": {
    title: "The answer made no sense",
    next: "Something between here and the API answered in its place, or the API changed. Try again; if it stays so, check the server’s upstream address.",
    problem: "The last answer could not be understood.",
  },
  "invalid-argument": {
    title: "The wait could not start",
    next: "Nothing was sent; the message below says why. Enter the task id exactly as the generate request answered with it.",
    problem: "The last look could not be sent.",
  },
};

/**
 * A failed wait: what happened, and what to do next.
 * @param {TaskError} error
 * @returns {Words}
 */
export function failureWords(error) {
  if (error.kind === "invalid-argument" && error.cause !== undefined) {
    return {
      title: "WebAssembly does not run here",
      next: "Allow it for this page: an extension, a browser setting or the server’s Content-Security-Policy forbids it. Then reload.",
    };
  }
  if (error.kind === "invalid-reply" && error.code === 200) {
    return {
      title: "Done, but without a picture",
      next: "The API calls the task a success and gives no address of its picture. Try again in a minute; if it stays so, give the task id to the API’s support.",
    };
  }
  if (error.kind !== "task-failed") return KINDS[error.kind] ?? strangeWords();
  if (error.details?.status === "CREATE_TASK_FAILED") {
    return {
      title: "The task could not be created",
      next: "Waiting longer will not help. Check the request that made it (prompt, picture links, credit), then make a new one.",
    };
  }
  return {
    title: "The picture could not be made",
    next: "Waiting longer will not help. Change the prompt or the input pictures, then make a new one.",
  };
}

/** What is said when something failed that is no TaskError.
 *  @returns {Words} */
export function strangeWords() {
  return { title: "Something unexpected happened", next: "Reload the page and try again." };
}

/**
 * A failed look that is being ridden out.
 * @param {TaskError} error
 */
export function problemWords(error) {
  const what = error.kind === "task-failed" ? "The last look failed." : (KINDS[error.kind]?.problem ?? "The last look failed.");
  return `${what} The page keeps trying.`;
}

/** The button that goes on with a failed wait.
 *  @param {TaskError} error */
export function againWords(error) {
  return error.kind === "timed-out" ? "Go on waiting" : "Try again";
}

/**
 * What the API itself said about a failure, as rows of name and value.
 * @param {TaskError} error
 * @returns {[string, string][]}
 */
export function failureFacts(error) {
  /** @type {[string, string][]} */
  const facts = [];
  const said = error.details?.errorMessage ?? error.message;
  if (said) facts.push([error.details?.errorMessage ? "The API says" : "Message", said]);
  if (error.code !== null) facts.push(["Code", String(error.code)]);
  if (error.httpStatus !== null && error.httpStatus !== 200) facts.push(["HTTP status", String(error.httpStatus)]);
  if (error.attempts > 0) facts.push(["Attempts", `${error.attempts}, the last after ${durationWords(error.elapsedMs)}`]);
  return facts;
}

/**
 * The state of a task that is being waited for.
 * @param {TaskDetails | null} details
 */
export function statusWord(details) {
  switch (details?.status) {
    case undefined:
      return "Looking";
    case "GENERATING":
      return "Generating";
    case "SUCCESS":
      return "Ready";
    case "CREATE_TASK_FAILED":
    case "GENERATE_FAILED":
      return "Failed";
    default:
      return `In a state this page does not know (${details?.successFlag})`;
  }
}

/**
 * The headline and the sentence under it.
 * @param {State} state
 * @returns {Words}
 */
export function stateWords(state) {
  switch (state.kind) {
    case "idle":
      return { title: "Nothing to wait for yet", next: "Choose a task, and its picture will appear here." };
    case "making":
      return { title: "Starting", next: "Asking for a new picture." };
    case "waiting":
      return { title: statusWord(state.look?.details ?? null), next: "The picture appears here as soon as it is ready." };
    case "succeeded":
      return { title: "Ready", next: "Save the picture soon: the API does not keep it for ever." };
    case "stopped":
      return { title: "Stopped", next: "The page no longer looks. The task itself goes on; you can go on waiting for it." };
    case "failed":
      return state.error === null ? strangeWords() : failureWords(state.error);
  }
}

/**
 * What a screen reader hears. It stays the same from tick to tick and from look to look, so it is spoken on a change only.
 * @param {State} state
 */
export function announcement(state) {
  if (state.kind === "idle") return "";
  const { title, next } = stateWords(state);
  if (state.kind !== "waiting") return state.kind === "succeeded" ? `${title}. The picture is shown.` : `${title}. ${next}`;
  if (state.look?.problem) return problemWords(state.look.problem);
  return `${title}.`;
}

/**
 * "42 s", "1 min 5 s", "2 h 3 min".
 * @param {number} ms
 */
export function durationWords(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * When the next look happens; null while one is under way.
 * @param {number | null} ms
 */
export function nextLookWords(ms) {
  return ms === null || ms <= 0 ? "now" : `in ${Math.ceil(ms / 1000)} s`;
}

/**
 * How long the original can still be had.
 * @param {number | null} ms null where nobody knows
 */
export function originalWords(ms) {
  if (ms === null) return "It can be had for 10 minutes only.";
  return ms > 0 ? `It can be had for ${durationWords(ms + 999)} more.` : "The original has expired: it could be had for 10 minutes. The picture above stays.";
}

/**
 * How far the bar stands, below its end. The library's estimate comes with each look; between two, which may lie many seconds apart, the bar
 * goes on by itself, halving what is left every minute, and it never goes back.
 * @param {{ lookedAt: number, progress: number }} waiting `progress` is how far it stood at the last look
 * @param {number} now
 */
export function progressAt({ lookedAt, progress }, now) {
  return Math.min(0.99, 1 - (1 - progress) * 2 ** (-Math.max(0, now - lookedAt) / PROGRESS_HALVES_MS));
}

/** @param {number} share 0 to 1 */
export function percentWords(share) {
  return `about ${Math.round(share * 100)} %`;
}

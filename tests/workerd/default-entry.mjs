// @ts-check
/** A Worker that got the package's default entry, as a bundler without the workerd condition gives it. */

import { TaskError, getTaskDetails } from "nanobanana-task";

export default {
  async fetch() {
    const error = await getTaskDetails("t").catch((reason) => reason);
    return Response.json({ ours: error instanceof TaskError, kind: error.kind, message: error.message });
  },
};

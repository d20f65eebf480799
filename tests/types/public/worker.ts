// In a Worker, with Cloudflare's own Request, Response and AbortSignal, and no DOM.

import { TaskError, createClient, waitForTask } from "nanobanana-task";

interface Env {
  NANOBANANA_API_KEY: string;
  UPSTREAM: Fetcher;
}

export default {
  async fetch(request, env, context) {
    const client = createClient({ apiKey: env.NANOBANANA_API_KEY, fetch: (input, init) => env.UPSTREAM.fetch(input, init) });
    context.waitUntil(client.getTaskDetails("id"));
    try {
      const { response } = await waitForTask("id", { apiKey: async () => env.NANOBANANA_API_KEY, signal: request.signal, fetch });
      return Response.redirect(response.resultImageUrl);
    } catch (error) {
      if (error instanceof TaskError) return Response.json({ kind: error.kind, handle: error.handle }, { status: 502 });
      throw error;
    }
  },
} satisfies ExportedHandler<Env>;

// A Worker with a task's Durable Object behind the gateway.

import { NanoBananaTask } from "nanobanana-task/durable-object";
import { callbackUrl, createGateway } from "nanobanana-task/gateway";

export { NanoBananaTask };

interface Env {
  NANOBANANA_API_KEY: string;
  NANOBANANA_TASKS: DurableObjectNamespace<NanoBananaTask>;
  UNTYPED: DurableObjectNamespace;
}

export class Patient extends NanoBananaTask {
  timeoutMs = 1_800_000;
}

export class Told extends NanoBananaTask {
  // @ts-expect-error a time is a number
  timeoutMs = "long";
}

export default {
  async fetch(request, env, context) {
    createGateway({ apiKey: "key", tasks: env.UNTYPED });
    // @ts-expect-error it is the binding that is needed, and not the class
    createGateway({ apiKey: "key", tasks: NanoBananaTask });
    const url: string = await callbackUrl(new URL("https://app.example"), env.NANOBANANA_API_KEY);
    return createGateway({ apiKey: url, tasks: env.NANOBANANA_TASKS })(request, context);
  },
} satisfies ExportedHandler<Env>;

// The gateway's options, and its place in the handlers of the runtimes.

import { createGateway, type GatewayOptions } from "nanobanana-task/gateway";

declare const env: { NANOBANANA_API_KEY?: string };
declare const request: Request;

export const gateway = createGateway({ apiKey: env.NANOBANANA_API_KEY });
createGateway({ apiKey: () => "key" });
createGateway({ apiKey: async () => "key", allowedOrigins: ["https://app.example"], maxRequestsPerMinute: Infinity, cache: false });
createGateway({ apiKey: "key", allowedOrigins: "*", picture: { hosts: ["pictures.example"] }, paramJson: true, upstream: new URL("https://x.example") });
createGateway({ apiKey: "key", authorize: (asked) => asked.headers.has("authorization"), callerId: async (asked) => asked.url });
createGateway({ apiKey: "key", authorize: () => new Response("no", { status: 401 }) });
createGateway({ apiKey: "key" })(request, { waitUntil: (promise: Promise<unknown>) => void promise });
createGateway({ apiKey: "key" })(request, { remoteAddr: { hostname: "::1" } });

// Whatever a framework passes beside the request.
type Handler<Context> = (request: Request, context: Context) => Promise<Response>;
export const frameworks: [
  Handler<{ params: Promise<{ path: string[] }> }>,
  Handler<{ env: unknown; waitUntil(promise: Promise<unknown>): void; passThroughOnException(): void; props: unknown }>,
  Handler<{ remoteAddr: { transport: "tcp"; hostname: string; port: number }; completed: Promise<void> }>,
  Handler<{ requestIP(request: Request): { address: string; family: "IPv4" | "IPv6"; port: number } | null; port: number }>,
  Handler<Record<string, never>>,
  Handler<string>,
] = [gateway, gateway, gateway, gateway, gateway, gateway];
declare const event: { request: Request; platform: { env: object } | undefined; getClientAddress(): string };
export const svelteKit = gateway(event.request, event);
createGateway({ apiKey: "key", callerId: (_, context) => context.params.user });
createGateway({ apiKey: "key", callerId: (_: Request, context: { locals: { user: string } }) => context.locals.user });

// @ts-expect-error the key has to be named, though it may be missing from the environment
createGateway({});
// @ts-expect-error options are needed
createGateway();
// @ts-expect-error one origin is a list of one
createGateway({ apiKey: "key", allowedOrigins: "https://app.example" });
// @ts-expect-error a limit is a number
createGateway({ apiKey: "key", maxRequestsPerMinute: "60" });
// @ts-expect-error nobody is let in by silence
createGateway({ apiKey: "key", authorize: () => undefined });
// @ts-expect-error there is no such option
export const odd: GatewayOptions = { apiKey: "key", target: "https://x.example" };

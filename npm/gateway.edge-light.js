// The gateway for Vercel's edge runtime and Next.js routes in it; see edge-light.js.
import { createGatewayOver } from "./gateway/handler.js";
import { createClient } from "./edge-light.js";

export { callbackUrl } from "./gateway/callback.js";

export const createGateway = /* @__PURE__ */ createGatewayOver(createClient);

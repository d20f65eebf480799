// The gateway for Cloudflare Workers; see workerd.js.
import { createGatewayOver } from "./gateway/handler.js";
import { createClient } from "./workerd.js";

export { callbackUrl } from "./gateway/callback.js";

export const createGateway = /* @__PURE__ */ createGatewayOver(createClient);

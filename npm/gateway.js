// The gateway for Node, Deno, Bun and whatever else may compile bytes.
import { createGatewayOver } from "./gateway/handler.js";
import { fetchChecked } from "./gateway/fetch-checked.js";
import { createClient } from "./index.js";

export { callbackUrl } from "./gateway/callback.js";

export const createGateway = /* @__PURE__ */ createGatewayOver(createClient, fetchChecked);

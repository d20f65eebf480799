import * as api from "./node_modules/nanobanana-task/slim.js";
import { use } from "./use.js";

api.configure(new URL("./node_modules/nanobanana-task/core.wasm", import.meta.url));
use(api, { baseUrl: new URLSearchParams(location.search).get("api") ?? "" }).then(
  (result) => (globalThis.result = result),
  (error) => (globalThis.result = { error: String(error) }),
);

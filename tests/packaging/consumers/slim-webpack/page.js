import * as api from "nanobanana-task/slim";
import { use } from "./use.js";

api.configure(new URL("nanobanana-task/core.wasm", import.meta.url));
use(api, { baseUrl: new URLSearchParams(location.search).get("api") ?? "" }).then(
  (result) => (globalThis.result = result),
  (error) => (globalThis.result = { error: String(error) }),
);

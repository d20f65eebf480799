import * as api from "nanobanana-task/slim";
import wasm from "nanobanana-task/core.wasm?url";
import { use } from "./use.js";

api.configure(wasm);
use(api, { baseUrl: new URLSearchParams(location.search).get("api") ?? "" }).then(
  (result) => (globalThis.result = result),
  (error) => (globalThis.result = { error: String(error) }),
);

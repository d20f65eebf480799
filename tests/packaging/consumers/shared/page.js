// The script of a page, bundled or as it is. A page has no key; ?api= says where it asks.
import * as api from "nanobanana-task";
import { use } from "./use.js";

use(api, { baseUrl: new URLSearchParams(location.search).get("api") ?? "" }).then(
  (result) => (globalThis.result = result),
  (error) => (globalThis.result = { error: String(error) }),
);

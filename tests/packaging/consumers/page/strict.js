// The script of a page, bundled or as it is. A page has no key; ?api= says where it asks.
import * as api from "./node_modules/nanobanana-task/index.js";
import { use } from "./use.js";

use(api, { baseUrl: new URLSearchParams(location.search).get("api") ?? "" }).then(
  (result) => (globalThis.result = result),
  (error) => (globalThis.result = { error: String(error) }),
);

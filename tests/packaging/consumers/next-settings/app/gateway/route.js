import * as api from "nanobanana-task";
import { use } from "../../use.js";

// A client without a key, of the gateway in this same application.
export async function GET(request) {
  return Response.json(await use(api, { baseUrl: new URL(request.url).origin }));
}

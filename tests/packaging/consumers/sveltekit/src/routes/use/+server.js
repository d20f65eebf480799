import * as api from "nanobanana-task";
import { use } from "../../../use.js";

// A client without a key, of the gateway in this same application.
export async function GET() {
  return Response.json(await use(api, { baseUrl: `http://127.0.0.1:${process.env.PORT}` }));
}

import * as api from "nanobanana-task";
import { use } from "../../use.js";

export const runtime = "edge";
export const dynamic = "force-dynamic";

export async function GET() {
  return Response.json(await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY }));
}

import * as api from "nanobanana-task";
import { use } from "../../use.js";

export const dynamic = "force-dynamic";

export default async function Page() {
  return <pre>{JSON.stringify(await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY }))}</pre>;
}

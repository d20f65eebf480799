import * as api from "nanobanana-task";
import { connection } from "next/server";
import { Suspense } from "react";
import { use } from "../../use.js";

async function Result() {
  await connection();
  return <pre>{JSON.stringify(await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY }))}</pre>;
}

export default function Page() {
  return (
    <Suspense fallback={<p>Waiting</p>}>
      <Result />
    </Suspense>
  );
}

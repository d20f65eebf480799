// The API's own address, as nock answers for it: with what the simulator says.
import nock from "nock";
import * as api from "nanobanana-task";
import { use } from "./use.js";

nock.disableNetConnect();
nock.enableNetConnect("127.0.0.1");
nock("https://api.nanobananaapi.ai")
  .persist()
  .get("/api/v1/nanobanana/record-info")
  .query(true)
  .reply(async (request) => {
    const { pathname, search } = new URL(request.url);
    const reply = await fetch(new URL(pathname + search, process.env.API), { headers: { authorization: `Bearer ${process.env.KEY}` } });
    return [reply.status, await reply.text(), { "content-type": "application/json" }];
  });
console.log(JSON.stringify(await use(api, { apiKey: process.env.KEY })));
nock.restore();

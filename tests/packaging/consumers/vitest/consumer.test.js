import * as api from "nanobanana-task";
import { expect, it } from "vitest";
import { use } from "./use.js";

it("uses the package", { timeout: 20_000 }, async () => {
  const result = await use(api, { baseUrl: process.env.API, apiKey: process.env.KEY });
  expect(result.status).toBe("GENERATING");
  console.log(JSON.stringify(result));
});

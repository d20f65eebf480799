// @ts-check
/** Options that are functions, for the runtimes that can only be told data. */

/** @param {import("./places.mjs").Told} told @returns {import("../../pkg/gateway.js").GatewayOptions} */
export function optionsOf({ hooks, ...data }) {
  const apiKey = data.apiKey;
  if (hooks === undefined) return { ...data, apiKey };
  return {
    ...data,
    // What servers get from a vault.
    apiKey: async () => {
      if (apiKey === undefined) throw new Error("the vault is shut: sekret");
      return apiKey;
    },
    callerId: (request) => request.headers.get("x-visitor") ?? "",
    authorize: async (request) => {
      const pass = request.headers.get("authorization");
      if (pass === "Bearer throws") throw new Error("sekret");
      if (pass === "Bearer own") return new Response("ask at the door", { status: 418, headers: { Vary: "Cookie" } });
      return pass === "Bearer visitor";
    },
  };
}

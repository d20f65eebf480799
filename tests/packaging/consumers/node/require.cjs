const api = require("nanobanana-task");

import("./use.js")
  .then(({ use }) => use(api, { baseUrl: process.env.API, apiKey: process.env.KEY }))
  .then((result) => console.log(JSON.stringify(result)));

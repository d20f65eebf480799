import * as api from "nanobanana-task";
import { use } from "../use.js";

export default async () => use(api, { baseUrl: process.env.API, apiKey: process.env.KEY });

import { API, KEY } from "$app/env/private";
import { createGateway } from "nanobanana-task/gateway";

const gateway = createGateway({ apiKey: KEY, upstream: API });

export const GET = ({ request }) => gateway(request);
export const OPTIONS = GET;

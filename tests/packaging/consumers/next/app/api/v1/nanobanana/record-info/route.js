import { createGateway } from "nanobanana-task/gateway";

const gateway = createGateway({ apiKey: process.env.KEY, upstream: process.env.API });

export const GET = (request) => gateway(request);

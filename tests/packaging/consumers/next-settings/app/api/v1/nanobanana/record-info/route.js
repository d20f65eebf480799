import { createGateway } from "nanobanana-task/gateway";

const gateway = createGateway({ apiKey: process.env.KEY, upstream: process.env.API });

export { gateway as GET, gateway as OPTIONS };

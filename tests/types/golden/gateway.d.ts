export interface GatewayOptions {
    apiKey: string | (() => string | Promise<string>) | undefined;
    allowedOrigins?: string[] | "*";
    authorize?: (request: Request) => boolean | Response | Promise<boolean | Response>;
    maxRequestsPerMinute?: number;
    callerId?: (request: Request, context: GatewayContext | undefined) => string | Promise<string>;
    cache?: boolean;
    paramJson?: boolean;
    picture?: boolean | {
        hosts: string[];
    };
    upstream?: string | URL;
}
export interface GatewayContext {
    waitUntil?(promise: Promise<unknown>): void;
    remoteAddr?: {
        hostname?: string;
    };
    requestIP?(request: Request): {
        address: string;
    } | null;
    incoming?: {
        socket?: {
            remoteAddress?: string | undefined;
        };
    };
}
export declare function createGateway(options: GatewayOptions): (request: Request, context?: GatewayContext) => Promise<Response>;

export interface GatewayOptions {
    apiKey: string | (() => string | Promise<string>) | undefined;
    allowedOrigins?: string[] | "*";
    authorize?: (request: Request) => boolean | Response | Promise<boolean | Response>;
    maxRequestsPerSecond?: number;
    maxRequestsPerMinute?: number;
    trustProxy?: number | string;
    callerId?: (request: Request, context: any) => string | Promise<string>;
    cache?: boolean;
    paramJson?: boolean;
    apiMessages?: boolean;
    picture?: boolean | {
        hosts?: string[];
        public?: boolean;
    };
    upstream?: string | URL;
    basePath?: string;
    tasks?: TaskNamespace | undefined;
}
export interface TaskNamespace {
    idFromName(name: string): unknown;
    get(id: any): {
        fetch(request: Request): Promise<Response>;
    };
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
    getClientAddress?(): string;
}
export declare function createGateway(options: GatewayOptions): (request: Request, context?: unknown) => Promise<Response>;
export declare function callbackUrl(base: string | URL, apiKey: string): Promise<string>;

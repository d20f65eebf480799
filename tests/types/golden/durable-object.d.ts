import { DurableObject } from "cloudflare:workers";
export interface TaskEnvironment {
    NANOBANANA_API_KEY?: string;
    NANOBANANA_BASE_URL?: string;
}
export declare class NanoBananaTask extends DurableObject<TaskEnvironment> {
    protected timeoutMs: number;
    protected mostWatchers: number;
    protected keepMs: number;
    protected apiMessages: boolean;
    fetch(request: Request): Promise<Response>;
    alarm(): Promise<void>;
    webSocketMessage(): void;
    webSocketClose(socket: WebSocket): void;
    webSocketError(): void;
}

// What the package and the tests' own Workers use of Cloudflare's runtime, which has no types beside those of a page.
export declare const env: Record<string, unknown>;

export declare class DurableObject<Env = unknown> {
  constructor(ctx: ObjectState, env: Env);
  protected ctx: ObjectState;
  protected env: Env;
}

interface ObjectState {
  storage: {
    get(key: string): Promise<any>;
    put(key: string, value: unknown): Promise<void>;
    deleteAll(): Promise<void>;
    getAlarm(): Promise<number | null>;
    setAlarm(at: number): Promise<void>;
    deleteAlarm(): Promise<void>;
  };
  acceptWebSocket(socket: WebSocket): void;
  getWebSockets(): WebSocket[];
}

declare global {
  interface WebSocket {
    accept(): void;
    serializeAttachment(value: unknown): void;
    deserializeAttachment(): unknown;
  }
  interface Response {
    webSocket?: WebSocket | null;
  }
  interface ResponseInit {
    webSocket?: WebSocket | null;
  }
  class WebSocketPair {
    0: WebSocket;
    1: WebSocket;
  }
  class IdentityTransformStream extends TransformStream<Uint8Array, Uint8Array> {}
}

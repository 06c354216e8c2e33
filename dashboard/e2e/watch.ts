import { expect, type ConsoleMessage, type Frame, type Page, type Request } from "@playwright/test";

import type { Dashboard } from "./dashboard";
import { shop } from "./shop";

/**
 * Watches a page of the app while a test uses it: no request leaves the origin, the
 * token is in memory alone, the content security policy holds, nothing fails unseen.
 */
export class Watch {
  private readonly urls: string[] = [];
  private readonly messages: string[] = [];
  private readonly failures: string[] = [];
  private readonly foreign: string[] = [];

  constructor(private readonly page: Page) {
    page.on("request", (request) => this.note(request));
    page.on("console", (message) => this.hear(message));
    page.on("pageerror", (error) => this.failures.push(String(error)));
  }

  /** Check what was seen, and what the app has stored. */
  async check(dashboard: Dashboard): Promise<void> {
    expect(this.foreign, "requests to other origins").toEqual([]);
    expect(this.failures, "uncaught errors and violations of the policy").toEqual([]);
    for (const frame of this.page.frames().filter(isApp)) {
      expect(await frame.evaluate(readStorage), "what the app stores").toEqual({
        local: 0,
        session: 0,
        cookie: "",
        databases: 0,
        caches: 0,
      });
    }
    for (const token of dashboard.tokens) {
      const traces = [...this.urls, ...this.messages].filter((text) => text.includes(token));
      expect(traces, "traces of the token").toEqual([]);
    }
  }

  private note(request: Request): void {
    const url = request.url();
    this.urls.push(url);
    if (!isApp(request.frame())) return;
    // The page itself, before it has an address.
    if (!url.startsWith(`${shop.url}/`) && !url.startsWith("data:")) this.foreign.push(url);
  }

  private hear(message: ConsoleMessage): void {
    this.messages.push(message.text());
    if (message.text().includes("Content Security Policy")) {
      this.failures.push(message.text());
    }
  }
}

function isApp(frame: Frame): boolean {
  return frame.parentFrame() !== null;
}

async function readStorage() {
  return {
    local: localStorage.length,
    session: sessionStorage.length,
    cookie: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: "caches" in window ? (await caches.keys()).length : 0,
  };
}

import { expect, type ConsoleMessage, type Frame, type Page, type Request } from "@playwright/test";

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
  private readonly stored: string[] = [];

  constructor(private readonly page: Page) {
    page.on("request", (request) => this.note(request));
    page.on("console", (message) => this.hear(message));
    page.on("pageerror", (error) => this.failures.push(String(error)));
  }

  /** Check what was seen, and what the app has stored. */
  async check(tokens: readonly string[]): Promise<void> {
    expect(this.foreign, "requests to other origins").toEqual([]);
    expect(this.failures, "uncaught errors and violations of the policy").toEqual([]);
    for (const frame of this.page.frames().filter(isApp)) {
      this.stored.push(...(await frame.evaluate(readStorage)));
    }
    for (const token of tokens) {
      const traces = [...this.urls, ...this.messages, ...this.stored];
      expect(traces.filter((text) => text.includes(token)), "traces of the token").toEqual([]);
    }
  }

  /** Take a violation that the test has made itself. */
  expectViolation(): void {
    expect(this.failures.splice(0)).toHaveLength(1);
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

/** What the page has stored. A frame of another site cannot: the browser refuses it. */
async function readStorage(): Promise<string[]> {
  try {
    const databases = await indexedDB.databases();
    if (databases.length > 0) throw new Error("The app keeps a database.");
    return [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  } catch (error) {
    if (error instanceof DOMException) return [];
    throw error;
  }
}

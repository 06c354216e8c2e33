import { expect, it } from "vitest";

import { readEnvironment } from "./environment";

function page(head: string): Document {
  return new DOMParser().parseFromString(`<head>${head}</head>`, "text/html");
}

it("reads what the server wrote", () => {
  const served = page(
    '<meta name="base-path" content="/plugins/app/"><meta name="api-path" content="/api/"><meta name="version" content="0.1">',
  );
  expect(readEnvironment(served)).toEqual({
    basePath: "/plugins/app",
    apiPath: "/api/",
    version: "0.1",
  });
});

it("falls back to Saleor's own path of the API", () => {
  expect(readEnvironment(page(""))).toEqual({ basePath: "", apiPath: "/graphql/", version: "" });
});

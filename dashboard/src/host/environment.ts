/** What the server and the Dashboard say about the page when it loads. */
export interface Environment {
  /** Path of the app, without a slash at the end. */
  basePath: string;
  /** Path of the GraphQL API on the page's own origin. */
  apiPath: string;
  /** Version of the plugin that serves the page. */
  version: string;
}

export function readEnvironment(page: Document = document): Environment {
  const meta = (name: string) =>
    page.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
  return {
    basePath: meta("base-path").replace(/\/$/, ""),
    apiPath: meta("api-path") || "/graphql/",
    version: meta("version"),
  };
}

/** Saleor's API in tests: answers by the names of operations, and a record of requests. */

export interface Body {
  data?: unknown;
  errors?: object[];
}

type Variables = Record<string, unknown>;
export type Answer = Body | Error | ((variables: Variables) => Body | Promise<Body>);

export class FakeApi {
  private readonly requests: { name: string; variables: Variables }[] = [];

  constructor(private readonly answers: Record<string, Answer>) {}

  /** Answer an operation otherwise from now on. */
  answer(name: string, answer: Answer) {
    this.answers[name] = answer;
  }

  /** The variables of each request of an operation. */
  variablesOf(name: string): Variables[] {
    return this.requests.filter((request) => request.name === name).map((each) => each.variables);
  }

  send: typeof fetch = async (_url, init) => {
    const { operationName, variables } = JSON.parse(String(init?.body));
    this.requests.push({ name: operationName, variables });
    const answer = this.answers[operationName];
    if (answer === undefined) throw new Error(`The test has no answer to ${operationName}.`);
    if (answer instanceof Error) throw answer;
    const body = typeof answer === "function" ? await answer(variables) : answer;
    return new Response(JSON.stringify(body), {
      headers: { "Content-Type": "application/json" },
    });
  };
}

/** What Saleor answers to a token without the permission. */
export function denied(permission: string, path: string[], data: unknown = null): Body {
  const message = `To access this path, you need one of the following permissions: ${permission}`;
  const extensions = { exception: { code: "PermissionDenied" } };
  return { data, errors: [{ message, path, extensions }] };
}

/** What Saleor answers to a plugin that is older than the page. */
export function unknownField(field: string): Body {
  return { errors: [{ message: `Cannot query field "${field}" on type "Query".` }] };
}

/** A promise that the test ends: for requests that are on their way. */
export function held(body: Body): { promise: Promise<Body>; release: () => void } {
  let release = () => {};
  const promise = new Promise<Body>((resolve) => {
    release = () => resolve(body);
  });
  return { promise, release };
}

/** Saleor's API in tests: answers by the names of operations, and a record of requests. */

export interface Body {
  data?: unknown;
  errors?: readonly object[];
}

type Variables = Record<string, unknown>;
export type Answer = Body | Error | ((variables: Variables) => Body | Promise<Body>);

interface Asked {
  name: string;
  variables: Variables;
  authorization: string | null;
}

export class FakeApi {
  /** Each request, the oldest first. */
  readonly asked: Asked[] = [];

  constructor(private readonly answers: Record<string, Answer> = {}) {}

  /** Answer an operation otherwise from now on. */
  answer(name: string, answer: Answer) {
    this.answers[name] = answer;
  }

  /** The variables of each request of an operation. */
  variablesOf(name: string): Variables[] {
    return this.asked.filter((each) => each.name === name).map(({ variables }) => variables);
  }

  fetch: typeof fetch = async (_url, init) => {
    const { operationName: name, variables = {} } = JSON.parse(String(init?.body));
    const authorization = new Headers(init?.headers).get("Authorization");
    this.asked.push({ name, variables, authorization });
    const answer = this.answers[name];
    if (answer === undefined) throw new TypeError(`The test has no answer to ${name}.`);
    if (answer instanceof Error) throw answer;
    const body = typeof answer === "function" ? await answer(variables) : answer;
    return new Response(JSON.stringify(body), {
      headers: { "Content-Type": "application/json" },
    });
  };
}

/** The error of a token that has ended. */
export const EXPIRED = {
  message: "Signature has expired",
  extensions: { exception: { code: "ExpiredSignatureError" } },
};

/** The error of a field that the token may not read. */
export function permissionDenied(permissions: string, path: readonly (string | number)[] = []) {
  return {
    message: `To access this path, you need one of the following permissions: ${permissions}`,
    path,
    extensions: { exception: { code: "PermissionDenied" } },
  };
}

/** An answer that waits until the test lets it go. */
export function held(body: Body): { answer: () => Promise<Body>; release: () => void } {
  let release = () => {};
  const promise = new Promise<Body>((resolve) => {
    release = () => resolve(body);
  });
  return { answer: () => promise, release };
}

import type { CombinedError } from "urql";

/**
 * - `permission`: the API refuses the field to this token.
 * - `expired`: the token has ended, and the Dashboard gave no other.
 * - `schema`: the plugin does not know a field that the page asks for.
 * - `network`: no answer came.
 * - `other`: anything else that the API says.
 */
export type ProblemKind = "permission" | "expired" | "schema" | "network" | "other";

export interface Problem {
  kind: ProblemKind;
  message: string;
  /** Permissions of which the API wants one, e.g. `MANAGE_ORDERS`. */
  permissions: string[];
  /** The field without an answer, e.g. `orderGroup.events`; empty for the whole query. */
  path: string;
}

const EXPIRED_CODES = ["ExpiredSignatureError", "InvalidTokenError", "JWTError", "ExpiredTokenError"];
const SCHEMA_MESSAGE =
  /^(Cannot query field|Unknown (argument|type|field|directive|fragment)|Field "?.*"? (argument|of type)|Variable "\$.*" (of type|got invalid value))/;

type RawError = CombinedError["graphQLErrors"][number];

export function readProblems(error: CombinedError | undefined): Problem[] {
  if (!error) return [];
  if (error.networkError) return [networkProblem(error.networkError)];
  return error.graphQLErrors.map(readProblem);
}

function networkProblem(error: Error): Problem {
  return { kind: "network", message: error.message, permissions: [], path: "" };
}

function readProblem(error: RawError): Problem {
  return {
    kind: kindOf(error),
    message: error.message,
    permissions: error.message.match(/\b(MANAGE|HANDLE|IMPERSONATE)_[A-Z_]+\b/g) ?? [],
    path: (error.path ?? []).filter((part) => typeof part === "string").join("."),
  };
}

function kindOf(error: RawError): ProblemKind {
  const code = codeOf(error);
  if (code === "PermissionDenied") return "permission";
  if (EXPIRED_CODES.includes(code)) return "expired";
  if (SCHEMA_MESSAGE.test(error.message)) return "schema";
  return "other";
}

export function codeOf(error: { extensions?: Record<string, unknown> | undefined }): string {
  const exception = error.extensions?.["exception"];
  if (typeof exception !== "object" || exception === null) return "";
  return "code" in exception ? String(exception.code) : "";
}

export function isExpiredCode(code: string): boolean {
  return EXPIRED_CODES.includes(code);
}

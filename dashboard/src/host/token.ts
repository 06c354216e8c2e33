interface Claims {
  exp?: number;
  permissions?: unknown;
}

/** Seconds before the end of a token at which a new one is asked for. */
const MARGIN = 5;

export function isExpired(token: string, now: number = Date.now()): boolean {
  const { exp } = readClaims(token);
  return exp !== undefined && exp - MARGIN <= now / 1000;
}

/**
 * The permissions in the token: the user's, as far as the app has them.
 *
 * A page hides actions by them. The API decides.
 */
export function readPermissions(token: string): string[] {
  const permissions = readClaims(token).permissions;
  if (!Array.isArray(permissions)) return [];
  return permissions.map((name) => String(name).replace(/^.*\./, "").toUpperCase());
}

function readClaims(token: string): Claims {
  try {
    const payload = token.split(".")[1] ?? "";
    const binary = atob(payload.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
  } catch {
    return {};
  }
}

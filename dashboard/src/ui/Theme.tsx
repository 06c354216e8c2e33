import { ThemeProvider, useTheme, vars } from "@saleor/macaw-ui";
import { useEffect, type CSSProperties, type ReactNode } from "react";

import { useHostState } from "../host/HostContext";
import type { Theme as ThemeName } from "../host/host";

const MACAW_THEMES = { light: "defaultLight", dark: "defaultDark" } as const;

/** Names of macaw-ui's colors for styles.css: macaw-ui generates its own names. */
const COLORS = {
  "--og-text": vars.colors.text.default1,
  "--og-background": vars.colors.background.default1,
  "--og-border": vars.colors.border.default1,
  "--og-accent": vars.colors.border.accent1,
  "--og-link": vars.colors.text.accent1,
  "--og-info": vars.colors.border.accent1,
  "--og-success": vars.colors.border.success1,
  "--og-warning": vars.colors.border.warning1,
  "--og-critical": vars.colors.background.critical2,
  "--og-error": vars.colors.text.critical1,
};

/** The Dashboard's theme, now and whenever the operator changes it. */
export function Theme({ children }: { children: ReactNode }) {
  const { theme } = useHostState();
  return (
    <ThemeProvider defaultTheme={MACAW_THEMES[theme]}>
      <FollowTheme theme={theme} />
      <div className="og" style={COLORS as CSSProperties}>
        {children}
      </div>
    </ThemeProvider>
  );
}

function FollowTheme({ theme }: { theme: ThemeName }) {
  const { setTheme } = useTheme();
  useEffect(() => {
    setTheme(MACAW_THEMES[theme]);
    document.documentElement.style.colorScheme = theme;
  }, [theme, setTheme]);
  return null;
}

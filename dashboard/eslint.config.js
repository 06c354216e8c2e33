import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["src/graphql/", ".cache/", "node_modules/"] },
  js.configs.recommended,
  tseslint.configs.strict,
  { files: ["src/**"], ...reactHooks.configs.flat["recommended-latest"] },
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
);

import type { CodegenConfig } from "@graphql-codegen/cli";

/**
 * Types of every `*.graphql` document below src/. The schema is what a Saleor with the
 * plugin prints; `npm run schema` writes it.
 */
const config: CodegenConfig = {
  schema: ".cache/schema.graphql",
  documents: ["src/**/*.graphql"],
  generates: {
    "src/graphql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        onlyOperationTypes: true,
        skipTypename: true,
        strictScalars: true,
        useTypeImports: true,
        defaultScalarType: "unknown",
        scalars: {
          Date: "string",
          DateTime: "string",
          Day: "number",
          Decimal: "string",
          GenericScalar: "unknown",
          Hour: "number",
          JSON: "unknown",
          JSONString: "string",
          Metadata: "Record<string, string>",
          Minute: "number",
          PositiveDecimal: "string",
          PositiveInt: "number",
          UUID: "string",
          Upload: "never",
          WeightScalar: "number",
          _Any: "unknown",
        },
      },
    },
  },
};

export default config;

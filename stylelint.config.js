/** Standard rules, fitted to the one-line components and the BEM-like names of the design language. */
export default {
  extends: ["stylelint-config-standard"],
  rules: {
    "alpha-value-notation": "number",
    "at-rule-empty-line-before": null,
    "color-function-alias-notation": null,
    "comment-empty-line-before": null,
    "custom-property-empty-line-before": null,
    "declaration-block-single-line-max-declarations": null,
    "declaration-empty-line-before": null,
    "declaration-no-important": null,
    "hue-degree-notation": "number",
    "lightness-notation": "number",
    "media-feature-range-notation": "prefix",
    "nesting-selector-no-missing-scoping-root": null,
    "no-descending-specificity": null,
    "property-no-vendor-prefix": null,
    "rule-empty-line-before": null,
    "selector-class-pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*(__[a-z0-9]+(-[a-z0-9]+)*)?(--[a-z0-9]+(-[a-z0-9]+)*)?$",
    "selector-not-notation": null,
    "value-keyword-case": ["lower", { camelCaseSvgKeywords: true, ignoreKeywords: ["BlinkMacSystemFont", "Inter", "Roboto", "CanvasText"] }],
  },
};

/* Light or dark before the first paint: the visitor's choice here, else the system's. */
"use strict";
(() => {
  const KEY = "thoth-theme";
  const root = document.documentElement;
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const remember = (theme) => {
    try {
      if (theme === system()) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch { /* A browser that keeps nothing still switches. */ }
  };
  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen) root.dataset.theme = chosen;
  } catch { /* likewise */ }
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme").addEventListener("click", () => {
      const theme = (root.dataset.theme ?? system()) === "dark" ? "light" : "dark";
      root.dataset.theme = theme;
      remember(theme);
    });
  });
})();

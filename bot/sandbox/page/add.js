// The dialog that adds a phone.
import { countries, countryName, post } from "./desk.js";
import { languages } from "./words.js";

const dialog = document.querySelector("#add-dialog");
const form = dialog.querySelector("form");

export function openAdd() {
  const { country, language, name } = form.elements;
  const chosen = country.value || "ML";
  country.replaceChildren(...countries().map(({ code }) => new Option(countryName(code), code, false, code === chosen)));
  if (!language.options.length) {
    language.append(...Object.entries(languages).map(([code, label]) => new Option(label, code)));
    language.value = document.documentElement.lang;
  }
  name.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  name.focus();
}

dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "ok") return;
  const { app, country, language, name, hidden } = form.elements;
  const added = await post("phones", {
    app: app.value, country: country.value, language: language.value, name: name.value, shows_number: !hidden.checked,
  });
  const root = document.querySelector(`[data-phone="${added.id}"].person`);
  root?.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  root?.querySelector("textarea")?.focus({ preventScroll: true });
});

// An error page: what was sent has not been taken, so that the copy of its words stays (vilarejo/kept-forms).
try {
  sessionStorage.removeItem("vilarejo:form-sent");
} catch { /* nothing was kept */ }

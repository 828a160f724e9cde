// Starts Swagger UI with the document of this machine. It shows the API and calls nothing: for
// trying it out there is the playground, and the curl lines carry a session.

const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

const nothing = () => () => null;

SwaggerUIBundle({
  dom_id: '#docs',
  url: '/_local/docs/openapi.json',
  // The payouts that its lines name are made for it.
  requestInterceptor: (request) => Object.assign(request, request.loadSpec && { method: 'POST' }),
  validatorUrl: null,
  supportedSubmitMethods: [],
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  plugins: [
    ({ React }) => ({
      wrapComponents: {
        authorizeBtn: nothing,
        authorizeOperationBtn: nothing,
        InfoUrl: (Link) => (props) =>
          React.createElement(Link, { ...props, url: '/_local/openapi.json' }),
      },
    }),
  ],
});

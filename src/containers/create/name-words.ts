/** How a container without a name is described. Words are picked to be short, kind, and easy to type. */
export const ADJECTIVES =
  'able airy amber apt ardent astute balmy blithe bold bookish brave breezy brisk bubbly calm candid careful cheery civil clear coastal cordial cosy crisp curious dainty dapper daring deft devoted dewy diligent dulcet eager earnest easy even fabled fair fearless fine fleet fluent fond forthright frank free fresh gallant gentle giddy glad gleaming golden graceful grand hale handy hardy hearty helpful honest humble idle jaunty jolly joyful keen kindly lively loyal lucid mellow merry mighty mild mindful modest neat nimble noble open patient peaceful placid playful plucky polite prudent quick quiet radiant ready restful robust rosy sage serene sharp shining sincere smooth snug sober spry steady sturdy sunny supple swift tender thankful tidy tranquil trusty upbeat vivid warm wise witty zesty'.split(
    ' ',
  );

/** People who measured, built, computed, healed or explored. */
export const SURNAMES =
  'abel agnesi alhazen ampere anning apgar appleton arago aryabhata avogadro babbage banach banneker banting bell berners bessel biruni bohr boole bose boyle brahe brunel burnell cannon cantor carver cauchy chandra clarke cori coulomb crick curie cuvier dalton darwin davy descartes diesel dijkstra dirac earhart eddington edison einstein eratosthenes euclid euler faraday fermat fermi feynman fibonacci fleming foucault fourier franklin fresnel galilei galois galvani gauss germain gibbs goedel haber halley hamilton harvey heaviside henry herschel hertz hilbert hopper hubble huygens hypatia jenner johnson joule kelvin kepler khayyam kovalevskaya lagrange lamarr laplace lavoisier leavitt leibniz linnaeus lovelace mach maxwell meitner mendel mendeleev mercator mitchell moebius napier newton noether nobel oersted ohm ostrom pascal pasteur pauling perlman planck poincare ptolemy ramanujan rubin rutherford sagan salk shannon somerville stokes tesla thales torricelli turing volta wallace watt wegener wiles wright wu yalow young zuse'.split(
    ' ',
  );

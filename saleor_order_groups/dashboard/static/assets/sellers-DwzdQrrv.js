const s="The shop itself";export{s as S};

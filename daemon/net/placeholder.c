typedef int vd_placeholder;

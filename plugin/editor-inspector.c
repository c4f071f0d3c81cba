#include "editor-view.h"

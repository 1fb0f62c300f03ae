// SPDX-License-Identifier: MIT
// What is done while memory is short: pieces of an application's life, each of which makes its objects, uses them, and drops them.
#pragma once

#include <accel/accel.hpp>

#include <string>
#include <vector>

namespace accel::shortage {

/// What the pieces work on.
struct Subject {
    std::string model_path;
    std::string external_path;              ///< of a model whose weights are in a file beside it
    std::string saved_path;                 ///< of a saved program
    std::vector<std::string> device_names;  ///< ordered
    bool simulated = false;
    accel_rounding rounding = ACCEL_ROUNDING_NONE;
};

/// Objects that a piece finds ready.
struct Ready {
    Instance instance;
    std::vector<Device> devices;
    Model model;
    Program program;
    Program keeping;  ///< of the same model, whose first input is a variable
    std::string saved;
};

/// One walk through a piece. Its first failure ends it; the objects made until then are dropped.
class Walk {
public:
    /// `at_ending` is called when everything is made and only dropping is left.
    Walk(const Subject &the_subject, Ready *the_ready, void (*at_ending)() = nullptr) : subject(the_subject),
                                                                                        ready(*the_ready),
                                                                                        ending_(at_ending) {}

    const Subject &subject;
    Ready &ready;

    /// Called by a piece.
    void ending() const
    {
        if (ending_) ending_();
    }
    /// Something answered OK and was wrong. The first sentence stays.
    void complain(const std::string &what)
    {
        if (complaint.empty()) complaint = what;
    }
    /// The result of a piece, in numbers: the same every time that it answers OK.
    void result(uint64_t number) { digest = (digest ^ number) * 0x100000001b3u; }

    std::string complaint;
    uint64_t digest = 0xcbf29ce484222325u;

private:
    void (*ending_)();
};

struct Piece {
    const char *name;
    accel_status (*live)(Walk &walk);
};

/// All pieces, in the order of a life.
const std::vector<Piece> &pieces();
/// From the first call to the last unref, with nothing ready.
accel_status whole_life(Walk &walk);

/// Makes what the pieces find ready. Throws accel::Error.
Ready prepare(const Subject &subject);

}  // namespace accel::shortage

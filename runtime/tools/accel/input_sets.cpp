// SPDX-License-Identifier: MIT
// Looks into folders, and pairs what lies there.
#include "input_sets.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

#include "array_file.h"
#include "picture.h"
#include "text/printable.h"
#include "wav.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kForms = ".png, .jpg, .wav, .npy and .pb";

struct Folder {
    std::string prefix;  ///< "NAME=", or nothing
    std::string path;
};

bool is_folder(const std::string &path)
{
    std::error_code error;
    return fs::is_directory(path, error);
}

/// An argument that is a folder, whatever '=' its path holds.
bool names_folder(const std::string &text, Folder &folder)
{
    if (is_folder(text)) return folder = {"", text}, true;
    for (size_t equals = text.find('='); equals != std::string::npos; equals = text.find('=', equals + 1))
        if (is_folder(text.substr(equals + 1))) return folder = {text.substr(0, equals + 1), text.substr(equals + 1)}, true;
    return false;
}

bool is_input_file(const std::string &path) { return is_picture(path) || is_array_file(path) || is_sound(path); }

/// Runs of digits by their value: input_2 before input_10.
bool naturally_less(const std::string &one, const std::string &other)
{
    const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
    size_t a = 0, b = 0;
    while (a < one.size() && b < other.size()) {
        if (!is_digit(one[a]) || !is_digit(other[b])) {
            if (one[a] != other[b]) return static_cast<unsigned char>(one[a]) < static_cast<unsigned char>(other[b]);
            ++a, ++b;
            continue;
        }
        const auto number = [&](const std::string &text, size_t &at) {
            while (at < text.size() && text[at] == '0') ++at;
            const size_t begin = at;
            while (at < text.size() && is_digit(text[at])) ++at;
            return text.substr(begin, at - begin);
        };
        const std::string first = number(one, a), second = number(other, b);
        if (first != second) return first.size() != second.size() ? first.size() < second.size() : first < second;
    }
    return one.size() - a < other.size() - b || (one.size() - a == other.size() - b && one < other);
}

struct Listed {
    std::vector<std::string> files, folders;  ///< their names, sorted
};

/// What lies there and is no input is told once, so that nothing is left out in silence.
Listed list(const std::string &folder)
{
    Listed listed;
    size_t others = 0;
    std::string other;  // one of them, to name
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (is_folder(entry->path()))
            listed.folders.push_back(name);
        else if (is_input_file(entry->path()))
            listed.files.push_back(name);
        else if (others++ == 0)
            other = name;
    }
    if (error) throw Failure("cannot read the folder " + folder + ": " + error.message() + "; check who may read it");
    if (others)
        std::cerr << "note: " << text::printable(folder) << ": left out " << others << " file(s) that are no " << kForms << ", such as " << text::printable(other) << "\n";
    std::ranges::sort(listed.files, naturally_less);
    std::ranges::sort(listed.folders, naturally_less);
    return listed;
}

[[noreturn]] void refuse_empty(const std::string &folder)
{
    throw Failure(folder + " holds no " + std::string(kForms) + " file; put the inputs there or name another folder");
}

/// "input_0", by place; another stem is the name of its input.
bool is_by_place(const std::string &stem)
{
    constexpr std::string_view kStart = "input_";
    return stem.starts_with(kStart) && stem.size() > kStart.size() && stem.find_first_not_of("0123456789", kStart.size()) == std::string::npos;
}

InputSet set_of_folder(const std::string &parent, const std::string &name)
{
    const fs::path folder = fs::path(parent) / name;
    InputSet set{name, {}};
    for (const std::string &file : list(folder).files) {
        const fs::path path = folder / file;
        const std::string stem = path.stem();
        if (stem.starts_with("output")) continue;
        set.files.push_back(is_by_place(stem) ? path.string() : stem + "=" + path.string());
    }
    if (set.files.empty()) refuse_empty(folder);
    return set;
}

std::vector<InputSet> sets_of(const Folder &folder)
{
    const Listed listed = list(folder.path);
    std::vector<InputSet> sets;
    for (const std::string &file : listed.files) sets.push_back({file, {folder.prefix + (fs::path(folder.path) / file).string()}});
    if (!sets.empty()) return sets;
    for (const std::string &inner : listed.folders) sets.push_back(set_of_folder(folder.path, inner));
    if (sets.empty()) refuse_empty(folder.path);
    return sets;
}

/// By stem; two files of one stem in a folder would leave open which is meant.
std::map<std::string, std::string> files_by_stem(const Folder &folder)
{
    std::map<std::string, std::string> files;
    for (const std::string &file : list(folder.path).files) {
        const auto [place, is_new] = files.try_emplace(fs::path(file).stem(), file);
        if (!is_new) throw Failure(folder.path + " holds " + place->second + " and " + file + ", of which one can belong to a set; take one away");
    }
    if (files.empty()) refuse_empty(folder.path);
    return files;
}

std::vector<InputSet> paired(const std::vector<Folder> &folders)
{
    std::vector<InputSet> sets;
    for (const auto &[stem, file] : files_by_stem(folders.front())) sets.push_back({stem, {folders.front().prefix + (fs::path(folders.front().path) / file).string()}});
    for (size_t index = 1; index < folders.size(); ++index) {
        auto files = files_by_stem(folders[index]);
        for (InputSet &set : sets) {
            const auto partner = files.find(set.name);
            if (partner == files.end())
                throw Failure(folders[index].path + " holds no file '" + set.name + "', which " + folders.front().path + " does; files of the same name are one set: put it there");
            set.files.push_back(folders[index].prefix + (fs::path(folders[index].path) / partner->second).string());
            files.erase(partner);
        }
        if (!files.empty())
            throw Failure(folders.front().path + " holds no file '" + files.begin()->first + "', which " + folders[index].path + " does; files of the same name are one set: put it there");
    }
    std::ranges::sort(sets, naturally_less, &InputSet::name);
    return sets;
}

}  // namespace

std::vector<InputSet> input_sets(const std::vector<std::string> &given)
{
    std::vector<Folder> folders;
    for (const std::string &text : given)
        if (Folder folder; names_folder(text, folder)) folders.push_back(folder);
    if (folders.empty()) return {{"", given}};
    if (folders.size() != given.size()) throw Failure("--input names files and folders; give each input a file, or each a folder");
    return folders.size() == 1 ? sets_of(folders.front()) : paired(folders);
}

}  // namespace accel::tool
